"""`huijian cases`: labelled cases from reviewers and annotators, and what is wrong with them."""
