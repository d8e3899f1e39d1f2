"""What fitting many series takes in our image, beside fable in one process."""
