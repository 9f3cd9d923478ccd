"""The face as data that a browser draws: arrays for its mesh, tables for its light."""
