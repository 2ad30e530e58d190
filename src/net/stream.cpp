#include "net/stream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <boost/asio/error.hpp>
#include <cerrno>

namespace rb::net {

namespace {

// What a call of OpenSSL that moved nothing means to a reader of sockets.
boost::system::error_code outcome_of(SSL* session, int result) {
    switch (SSL_get_error(session, result)) {
        case SSL_ERROR_WANT_READ:
        case SSL_ERROR_WANT_WRITE:
            return asio::error::would_block;
        case SSL_ERROR_ZERO_RETURN:
            return asio::error::eof;
        case SSL_ERROR_SYSCALL:
            if (errno != 0) return {errno, boost::system::system_category()};
            return asio::error::eof;
        default:
            return asio::error::connection_aborted;
    }
}

}  // namespace

Stream::Stream(Socket socket, TlsSession session)
    : socket_(std::move(socket)), session_(std::move(session)) {
    SSL_set_fd(session_.get(), static_cast<int>(socket_.native_handle()));
    SSL_set_accept_state(session_.get());
}

Stream::Handshake Stream::shake_hands() {
    ERR_clear_error();
    const int result = SSL_do_handshake(session_.get());
    if (result == 1) {
        goodbye_ = Goodbye::due;
        return Handshake::done;
    }
    const int why = SSL_get_error(session_.get(), result);
    ERR_clear_error();
    if (why == SSL_ERROR_WANT_READ) return Handshake::wants_read;
    return why == SSL_ERROR_WANT_WRITE ? Handshake::wants_write : Handshake::failed;
}

std::size_t Stream::read_record(asio::mutable_buffer into, boost::system::error_code& ec) {
    std::size_t got = 0;
    ERR_clear_error();
    errno = 0;
    const int result = SSL_read_ex(session_.get(), into.data(), into.size(), &got);
    ec = result == 1 ? boost::system::error_code() : outcome_of(session_.get(), result);
    // After such an end the session must not be used any more.
    if (ec && ec != asio::error::would_block && ec != asio::error::eof) goodbye_ = Goodbye::said;
    return got;
}

std::size_t Stream::write_record(asio::const_buffer from, boost::system::error_code& ec) {
    std::size_t put = 0;
    ec = {};
    if (from.size() == 0) return 0;
    ERR_clear_error();
    errno = 0;
    const int result = SSL_write_ex(session_.get(), from.data(), from.size(), &put);
    if (result == 1) return put;
    ec = outcome_of(session_.get(), result);
    if (ec != asio::error::would_block) goodbye_ = Goodbye::said;
    return 0;
}

// One alert; where the socket takes no more, the end of the connection says it, too.
void Stream::say_goodbye() {
    if (std::exchange(goodbye_, Goodbye::said) == Goodbye::said) return;
    ERR_clear_error();
    SSL_shutdown(session_.get());
    ERR_clear_error();
}

void Stream::shutdown_send(boost::system::error_code& ec) {
    say_goodbye();
    socket_.shutdown(Socket::shutdown_send, ec);
}

void Stream::close(boost::system::error_code& ec) {
    say_goodbye();
    socket_.close(ec);
}

}  // namespace rb::net
