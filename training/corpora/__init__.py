"""One file per data set, each giving clips."""
