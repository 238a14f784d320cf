package dev.quiesce.realtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.eclipse.jetty.http.HttpURI;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OriginPolicyTest {

    @ParameterizedTest
    @CsvSource({
        "https://example.com,      http://example.com/,       true",
        "http://example.com:80,    http://example.com/,       true",
        "https://EXAMPLE.com,      http://example.com:443/,   true",
        "http://example.com:8080,  http://example.com:8080/,  true",
        "http://[::1]:8080,        http://[::1]:8080/,        true",
        "http://example.com:8080,  http://example.com/,       false",
        "http://example.com,       http://example.com:8080/,  false",
        "http://example.com.evil,  http://example.com/,       false",
        "http://evil/example.com,  http://example.com/,       false",
        "http://example.com@evil,  http://example.com/,       false",
        "null,                     http://example.com/,       false",
        "not an origin,            http://example.com/,       false",
        "file://,                  http://example.com/,       false",
    })
    void withoutAList_hostAndPortMustBeThoseOfTheRequest(String origin, String request, boolean allowed) {
        assertThat(new OriginPolicy(Set.of()).allows(origin, HttpURI.from(request)))
                .isEqualTo(allowed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://app.example", "HTTPS://APP.EXAMPLE"})
    void aListAllowsItsOriginsOnly(String origin) {
        OriginPolicy policy = new OriginPolicy(Set.of("https://app.example"));

        assertThat(policy.allows(origin, HttpURI.from("http://other/"))).isTrue();
        assertThat(policy.allows("http://other", HttpURI.from("http://other/"))).isFalse();
        assertThat(policy.allows("http://app.example", HttpURI.from("http://other/")))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "https://anything.example"})
    void aStarAllowsEveryOrigin(String origin) {
        assertThat(new OriginPolicy(Set.of("*")).allows(origin, HttpURI.from("http://host/")))
                .isTrue();
    }
}
