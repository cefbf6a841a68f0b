"""Qt draws what the scenes say: the plane painter, the widgets around it, fonts and theme."""
