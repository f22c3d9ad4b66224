"""挂图作战: the map from the whole down to one village, with its panel, tables and the village board."""
