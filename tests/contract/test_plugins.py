"""The contract over every plugin of this project."""

from symphony_core.testing import check_plugin

test_summary = check_plugin("symphony_panel_summary.plugin")
test_embedders = check_plugin("symphony_panel_embedders.plugin")
test_instances = check_plugin("symphony_panel_instances.plugin")
test_embedding_map = check_plugin("symphony_panel_embedding_map.plugin")
test_familiarity = check_plugin("symphony_panel_familiarity.plugin")
