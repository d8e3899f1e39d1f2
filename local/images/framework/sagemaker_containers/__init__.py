"""What scripts import from the package of that name in AWS's images: so much of it as published scripts use."""
