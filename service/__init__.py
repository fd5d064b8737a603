"""The microservice: a camera frame in, the printed links and their boxes out."""
