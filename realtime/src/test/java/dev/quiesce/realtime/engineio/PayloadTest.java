package dev.quiesce.realtime.engineio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quiesce.realtime.engineio.Payload.MalformedException;
import dev.quiesce.realtime.engineio.Payload.Received;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PayloadTest {
    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static ByteBuffer bytes(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length);
        for (int value : values) {
            bytes.put((byte) value);
        }
        return bytes.flip();
    }

    @Test
    void packets_areSeparatedByTheRecordSeparator_andBinaryOnesAreBase64() {
        List<Packet> packets =
                List.of(Packet.text("hello"), Packet.PING, Packet.text("w\u00f6rld"), Packet.binary(bytes(1, 2, 3, 4)));

        assertThat(Payload.encode(packets.iterator())).isEqualTo("4hello\u001e2\u001e4w\u00f6rld\u001ebAQIDBA==");
    }

    @Test
    void aBody_isReadInOrder() throws Exception {
        assertThat(Payload.decode(utf8("4hello\u001e3\u001e4\u20ac\u001ebAQIDBA==\u001e6\u001e1")))
                .containsExactly(
                        new Received('4', "hello", null),
                        new Received('3', "", null),
                        new Received('4', "\u20ac", null),
                        new Received('4', "", bytes(1, 2, 3, 4)),
                        new Received('6', "", null),
                        new Received('1', "", null));
    }

    @Test
    void anEmptyMessage_isAMessage() throws Exception {
        assertThat(Payload.decode(utf8("4"))).containsExactly(new Received('4', "", null));
        assertThat(Payload.decode(utf8("b"))).containsExactly(new Received('4', "", bytes()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\u001e",
                "4a\u001e",
                "\u001e4a",
                "4a\u001e\u001e4b",
                "0{}",
                "2",
                "2probe",
                "5",
                "7",
                "abc",
                "bAQ*",
                "\u00e9"
            })
    void whatIsNoPacketOfAClient_isMalformed(String body) {
        assertThatThrownBy(() -> Payload.decode(utf8(body))).isInstanceOf(MalformedException.class);
    }

    @Test
    void aBodyThatIsNotUtf8_isMalformed() {
        for (byte[] body : List.of(
                new byte[] {'4', (byte) 0xff},
                new byte[] {'4', (byte) 0xc3},
                new byte[] {'4', (byte) 0xc0, (byte) 0x80},
                new byte[] {'4', (byte) 0xed, (byte) 0xa0, (byte) 0x80})) {
            assertThatThrownBy(() -> Payload.decode(body))
                    .isInstanceOf(MalformedException.class)
                    .hasMessageContaining("UTF-8");
        }
    }

    @Test
    void aText_isOnePacketOnAWebSocket_andWhatIsBinaryHasMessagesOfItsOwn() throws Exception {
        assertThat(Payload.fromWebSocket("4a\u001e4b")).isEqualTo(new Received('4', "a\u001e4b", null));
        assertThatThrownBy(() -> Payload.fromWebSocket("bAQID")).isInstanceOf(MalformedException.class);
        assertThatThrownBy(() -> Payload.fromWebSocket("")).isInstanceOf(MalformedException.class);
        assertThatThrownBy(() -> Payload.fromWebSocket("2")).isInstanceOf(MalformedException.class);
    }

    @Test
    void theSizeOfAPacket_isThatOfItsUtf8() {
        assertThat(Packet.text("abc").size()).isEqualTo(4);
        assertThat(Packet.text("\u00fc\u20ac\ud83d\ude00").size()).isEqualTo(1 + 2 + 3 + 4);
        assertThat(Packet.text("\ud83d").size()).isEqualTo(2);
        assertThat(Packet.text("\ud83da\ude00").size()).isEqualTo(4);
        assertThat(Packet.binary(bytes(1, 2, 3)).size()).isEqualTo(3);
    }

    @Test
    void aBinaryPacket_isACopy() {
        byte[] content = {1, 2, 3, 4};
        Packet packet = Packet.binary(ByteBuffer.wrap(content, 1, 2));
        content[1] = 9;

        assertThat(packet.polled()).isEqualTo("bAgM=");
    }
}
