package dev.quiesce.web.http;

import java.nio.file.Path;

/**
 * The certificate by which clients know the server, and its key, in two files of PEM, as certbot, cert-manager and openssl write
 * them. They are read again when they change; connections that are open go on with what they have begun with.
 *
 * @param certificate the certificate of the server, followed by those that lead from it to a root that clients trust
 * @param key its private key in PKCS #8 without a password ({@code BEGIN PRIVATE KEY}): RSA, EC or EdDSA
 */
public record Tls(Path certificate, Path key) {

    /**
     * Reads both files.
     *
     * @throws IllegalArgumentException if one cannot be read or is not what it should be, or if the key is not that of the
     *     certificate; the message says which and what to do
     */
    public void check() {
        Credentials.read(this);
    }
}
