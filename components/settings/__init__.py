"""县级设置: the panel in which they are looked at and changed."""
