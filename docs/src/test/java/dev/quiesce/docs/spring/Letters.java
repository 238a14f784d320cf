package dev.quiesce.docs.spring;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
class Letters {
    private static final Logger log = LoggerFactory.getLogger(Letters.class);
    private final ApplicationAvailability availability;

    Letters(ApplicationAvailability availability) {
        this.availability = availability;
    }

    @PostMapping("/letters")
    String accept(InputStream body) throws IOException {
        log.info("Receiving a letter");
        return "Accepted: " + new String(body.readAllBytes(), UTF_8);
    }

    @GetMapping("/ready")
    ResponseEntity<String> ready() {
        ReadinessState state = availability.getReadinessState();
        HttpStatus status = state == ReadinessState.ACCEPTING_TRAFFIC ? HttpStatus.OK : HttpStatus.SERVICE_UNAVAILABLE;
        return ResponseEntity.status(status).body(state.name());
    }
}
