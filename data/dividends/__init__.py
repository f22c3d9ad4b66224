"""Plans that give out the returns of projects: content and rule, drafts, steps, filing, lists, notice."""
