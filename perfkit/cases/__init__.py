"""Cases: what was found about a unit and, apart from it, what was published; read from files and checked."""
