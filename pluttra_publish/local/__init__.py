"""Pages for the one at this computer: shown by a small server on 127.0.0.1, never published. Knows no seals and no hosts."""
