"""Pages with printed links, composed from fonts and prose, then photographed in software."""
