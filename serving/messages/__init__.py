"""What goes over the wire: requests read into values, answers and errors written."""
