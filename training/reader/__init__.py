"""The second reader, a CTC network: its training strips, its training and its export."""
