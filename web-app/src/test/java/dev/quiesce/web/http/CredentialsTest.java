package dev.quiesce.web.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.quiesce.web.testing.TestCertificate;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CredentialsTest {
    private static TestCertificate certificate;
    private static TestCertificate other;

    @TempDir
    private Path folder;

    private Tls tls;

    @BeforeAll
    static void make(@TempDir Path keys) throws Exception {
        certificate = TestCertificate.make(keys, "EC", 30);
        other = TestCertificate.make(keys, "EC", 30);
    }

    @BeforeEach
    void name() {
        tls = new Tls(folder.resolve("cert.pem"), folder.resolve("key.pem"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"EC", "RSA", "Ed25519"})
    void certificateAndItsKey_areTaken(String algorithm) throws Exception {
        TestCertificate made = TestCertificate.make(folder, algorithm, 30);
        write("Bag Attributes\n    friendlyName: test\n" + made.certificate(), made.key());

        Credentials credentials = Credentials.read(tls);

        assertThat(credentials.own()).isEqualTo(made.x509());
        assertThat(credentials.keyStore().size()).isEqualTo(1);
        assertThat(credentials.toString()).startsWith("CN=test, valid until ").doesNotContain("PrivateKey");
    }

    @Test
    void chain_isTakenInItsOrder() throws Exception {
        write(certificate.certificate() + other.certificate(), certificate.key());

        assertThat(Credentials.read(tls).chain()).containsExactly(certificate.x509(), other.x509());
    }

    @Test
    void fileThatDoesNotExist_isNamed() throws Exception {
        assertRefused("there is no file " + tls.certificate());
        write(certificate.certificate(), "");
        Files.delete(tls.key());
        assertRefused("there is no file " + tls.key());
    }

    @Test
    void fileWithoutPem_isNamed_withWhatItShouldHave() throws Exception {
        write("", certificate.key());
        assertRefused("there is no certificate in PEM in " + tls.certificate() + " (BEGIN CERTIFICATE)");
        write(certificate.key(), certificate.key());
        assertRefused("there is no certificate in PEM in " + tls.certificate() + " (BEGIN CERTIFICATE)");
        write(certificate.certificate(), certificate.certificate());
        assertRefused("there is no private key in PEM in " + tls.key() + " (BEGIN PRIVATE KEY)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"})
    void keyOfAnotherKind_isRefused_withTheWayToConvertIt(String kind) throws Exception {
        write(certificate.certificate(), certificate.key().replace("PRIVATE KEY", kind));

        assertRefused("the key in " + tls.key() + " is of the kind " + kind
                + "; convert it: openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW");
    }

    @Test
    void keyOfAnotherCertificate_isRefused() throws Exception {
        write(certificate.certificate(), other.key());
        assertRefused("the key in " + tls.key() + " is not that of the certificate in " + tls.certificate()
                + ": take the two that were made together");
        write(certificate.certificate(), TestCertificate.make(folder, "RSA", 30).key());
        assertRefused("the key in " + tls.key() + " is damaged, or is no EC key, which its certificate is for");
    }

    @Test
    void damagedKey_isRefused_andNotShown() throws Exception {
        String secret = Base64.getEncoder().encodeToString("the secret".getBytes());
        write(certificate.certificate(), "-----BEGIN PRIVATE KEY-----\n" + secret + "\n-----END PRIVATE KEY-----\n");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Credentials.read(tls))
                .withMessage("the key in " + tls.key() + " is damaged, or is no EC key, which its certificate is for")
                .withNoCause();
    }

    private void write(String certificate, String key) throws Exception {
        Files.writeString(tls.certificate(), certificate);
        Files.writeString(tls.key(), key);
    }

    private void assertRefused(String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(tls::check)
                .satisfies(refusal -> assertThat(refusal.getMessage()).startsWith(message));
    }
}
