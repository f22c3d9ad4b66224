"""数据管理: handing in, checking, deciding, taking back; boundaries; what goes out; backups."""
