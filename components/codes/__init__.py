"""扫码查询: from a picture or typed code to the household; who looked at what."""
