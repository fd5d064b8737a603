"""The tests mirror the packages; run them with `make test`."""
