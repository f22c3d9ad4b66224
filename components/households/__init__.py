"""户档案: the search for households and the page of one, by its parts."""
