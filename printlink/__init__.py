"""printlink for programs that use it: `printlink.client` talks to a service over HTTP."""
