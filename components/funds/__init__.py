"""资金: by source, year and region, the list, and one fund with its payments."""
