#pragma once
// The bytes of a connection: those of its socket, or those that TLS makes of them. Nothing here
// blocks; what cannot go on now says would_block, and goes on when the socket is ready. For a plain
// connection each call is the socket's, behind one look at a null pointer.
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <utility>

#include "net/tls.h"

namespace rb::net {

namespace asio = boost::asio;
using Socket = asio::basic_stream_socket<asio::ip::tcp, asio::io_context::executor_type>;

class Stream {
public:
    explicit Stream(Socket socket) : socket_(std::move(socket)) {}
    // The server's side of a session; its handshake comes before anything else.
    Stream(Socket socket, TlsSession session);

    // `done`, or for what the socket must be ready before it is called again.
    enum class Handshake { done, wants_read, wants_write, failed };
    Handshake shake_hands();

    bool is_secure() const { return session_ != nullptr; }

    auto get_executor() { return socket_.get_executor(); }
    template <class Token>
    auto async_wait(Socket::wait_type what, Token&& token) {
        return socket_.async_wait(what, std::forward<Token>(token));
    }
    // Reads at most one record of TLS, which a buffer of 16 KiB holds: what is left is the
    // socket's, so that waiting for the socket is waiting for bytes.
    std::size_t read_some(asio::mutable_buffer into, boost::system::error_code& ec) {
        return session_ ? read_record(into, ec) : socket_.read_some(asio::buffer(into), ec);
    }
    // After would_block the same bytes come first in the next call.
    std::size_t write_some(asio::const_buffer from, boost::system::error_code& ec) {
        return session_ ? write_record(from, ec) : socket_.write_some(asio::buffer(from), ec);
    }
    // Nothing more is sent; the other side is told.
    void shutdown_send(boost::system::error_code& ec);
    void cancel(boost::system::error_code& ec) { socket_.cancel(ec); }
    void close(boost::system::error_code& ec);
    auto local_endpoint(boost::system::error_code& ec) const { return socket_.local_endpoint(ec); }

    Socket& socket() { return socket_; }

private:
    std::size_t read_record(asio::mutable_buffer into, boost::system::error_code& ec);
    std::size_t write_record(asio::const_buffer from, boost::system::error_code& ec);
    void say_goodbye();

    Socket socket_;
    TlsSession session_;  // none: plain
    enum class Goodbye : unsigned char { due, said } goodbye_ = Goodbye::said;
};

}  // namespace rb::net
