"""Commands on what `huijian score` wrote: rescore, diff, report."""
