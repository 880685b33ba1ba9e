"""Embeddings that batch runs keep of pictures, and the accounts that show them.

A folder outlives its runs. Read in this order:

1. `layout` names files and columns, and refuses embeddings of another encoder;
2. `keeper` is a worker's side: it recalls what is known of a picture, and writes what is new, one file a part;
3. `locations` knows pictures by path or URL, so that they need not be read;
4. `merge` brings the files of a finished run into partitions by hash;
5. `judgements` is what is kept of a picture's judgement, as JSON;
6. `search` streams over the pictures and finds their accounts.
"""
