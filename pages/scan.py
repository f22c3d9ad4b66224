"""扫码查询: a code by camera, by photo or typed; who scanned what."""
