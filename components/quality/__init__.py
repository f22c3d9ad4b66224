"""The page 数据治理: rules, named lists, waivers, rounds."""
