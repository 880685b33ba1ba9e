"""The pretrained encoder, the classifier in torch, and the form that is served."""
