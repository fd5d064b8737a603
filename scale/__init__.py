"""Work on more than one machine, by Ray: bulk jobs, and the service in parts."""
