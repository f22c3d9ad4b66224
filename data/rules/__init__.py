"""Rules of what people wrote: the registry, what is kept of numbers without their digits, running and rechecking."""
