"""Who looks, what he may see and do: viewer, law of scope, rights over households, names of who acted."""
