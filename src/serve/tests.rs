//! The server without its sockets.
