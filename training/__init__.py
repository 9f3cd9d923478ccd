"""From corpora to the shipped model: the commands prepare, train, evaluate, face."""
