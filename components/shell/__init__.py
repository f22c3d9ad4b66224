"""What every page stands in: the script that runs it, address, header, store, cache, links, errors."""
