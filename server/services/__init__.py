"""One module per thing a kiné does; each public function is one transaction."""
