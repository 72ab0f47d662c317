"""What feeds say: RSS, Atom, RDF and JSON Feed, and the pages of their entries."""
