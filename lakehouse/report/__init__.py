"""One page of charts from the views: a self-contained HTML file that asks nothing of the network."""
