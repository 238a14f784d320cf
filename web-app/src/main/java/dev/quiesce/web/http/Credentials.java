package dev.quiesce.web.http;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A certificate with those that stand for it, and its private key. Immutable.
 *
 * @param chain the server's own certificate first
 * @param key its key, which never shows in a text
 */
record Credentials(List<X509Certificate> chain, PrivateKey key) {
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN ((?:[A-Z0-9]+ )*PRIVATE KEY)-----([^-]*)-----END \\1-----");
    private static final String PLAIN_KEY = "PRIVATE KEY";
    private static final byte[] PROBE = "do these belong together?".getBytes(StandardCharsets.US_ASCII);

    /**
     * Reads the files.
     *
     * @throws IllegalArgumentException if they are not what they should be; the message says what to do
     */
    static Credentials read(Tls tls) {
        List<X509Certificate> chain = certificates(tls.certificate());
        PublicKey publicKey = chain.get(0).getPublicKey();
        PrivateKey key = key(tls.key(), publicKey.getAlgorithm());
        if (!belongTogether(key, publicKey)) {
            throw new IllegalArgumentException("the key in " + tls.key() + " is not that of the certificate in "
                    + tls.certificate() + ": take the two that were made together");
        }
        return new Credentials(chain, key);
    }

    X509Certificate own() {
        return chain.get(0);
    }

    /** Returns both as an entry of a key store without a password. */
    KeyStore keyStore() {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setKeyEntry("server", key, new char[0], chain.toArray(Certificate[]::new));
            return store;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("the JDK takes no certificate into a key store", e);
        }
    }

    /** Returns who the certificate is for and until when, and nothing of the key. */
    @Override
    public String toString() {
        return own().getSubjectX500Principal().getName() + ", valid until "
                + own().getNotAfter().toInstant();
    }

    private static List<X509Certificate> certificates(Path file) {
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            List<X509Certificate> chain = factory.generateCertificates(new ByteArrayInputStream(content(file))).stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            if (!chain.isEmpty()) {
                return chain;
            }
        } catch (CertificateException e) {
            throw new IllegalArgumentException(
                    "there is no certificate in PEM in " + file + " (BEGIN CERTIFICATE): " + e.getMessage(), e);
        }
        throw new IllegalArgumentException("there is no certificate in PEM in " + file + " (BEGIN CERTIFICATE)");
    }

    private static PrivateKey key(Path file, String algorithm) {
        Matcher pem = KEY.matcher(new String(content(file), StandardCharsets.ISO_8859_1));
        if (!pem.find()) {
            throw new IllegalArgumentException("there is no private key in PEM in " + file + " (BEGIN PRIVATE KEY)");
        }
        if (!pem.group(1).equals(PLAIN_KEY)) {
            throw new IllegalArgumentException("the key in " + file + " is of the kind " + pem.group(1)
                    + "; convert it: openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW");
        }
        byte[] encoded = {};
        try {
            encoded = Base64.getMimeDecoder().decode(pem.group(2));
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            // Without the cause, whose message could have parts of the key.
            throw new IllegalArgumentException(
                    "the key in " + file + " is damaged, or is no " + algorithm + " key, which its certificate is for");
        } finally {
            Arrays.fill(encoded, (byte) 0);
        }
    }

    private static boolean belongTogether(PrivateKey key, PublicKey publicKey) {
        String algorithm = switch (publicKey.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> publicKey.getAlgorithm();
        };
        try {
            Signature signing = Signature.getInstance(algorithm);
            signing.initSign(key);
            signing.update(PROBE);
            Signature verifying = Signature.getInstance(algorithm);
            verifying.initVerify(publicKey);
            verifying.update(PROBE);
            return verifying.verify(signing.sign());
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static byte[] content(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("there is no file " + file, e);
        } catch (IOException e) {
            throw new IllegalArgumentException("the file " + file + " cannot be read by this process: " + e, e);
        }
    }
}
