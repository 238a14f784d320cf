package dev.quiesce.realtime.socketio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Packets as the protocol has them: the examples of its document, and what they leave open. */
class CodecTest {
    private final Decoder decoder = new Decoder(3, 100);

    private static ByteBuffer bytes(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length);
        for (int value : values) {
            bytes.put((byte) value);
        }
        return bytes.flip();
    }

    private static Incoming.Event event(String namespace, String name, @Nullable Long id, Object... arguments) {
        return new Incoming.Event(namespace, name, Arrays.asList(arguments), id);
    }

    @Test
    void aConnect_hasANamespace_andMayHaveData() throws Exception {
        assertThat(decoder.text("0")).isEqualTo(new Incoming.Connect("/", Map.of()));
        assertThat(decoder.text("0/admin,")).isEqualTo(new Incoming.Connect("/admin", Map.of()));
        assertThat(decoder.text("0/admin")).isEqualTo(new Incoming.Connect("/admin", Map.of()));
        assertThat(decoder.text("0{\"token\":\"123\"}")).isEqualTo(new Incoming.Connect("/", Map.of("token", "123")));
        assertThat(decoder.text("0/admin,{\"a\":[1,true,null]}"))
                .isEqualTo(new Incoming.Connect("/admin", Map.of("a", Arrays.asList(1, true, null))));
    }

    @Test
    void aNamespace_isTakenWithoutItsQuery() throws Exception {
        assertThat(decoder.text("0/admin?token=a&b=c,{}")).isEqualTo(new Incoming.Connect("/admin", Map.of()));
        assertThat(decoder.text("0/admin?token=a")).isEqualTo(new Incoming.Connect("/admin", Map.of()));
        assertThat(decoder.text("0/?token=a,")).isEqualTo(new Incoming.Connect("/", Map.of()));
    }

    @Test
    void aDisconnect_hasANamespace() throws Exception {
        assertThat(decoder.text("1")).isEqualTo(new Incoming.Disconnect("/"));
        assertThat(decoder.text("1/admin,")).isEqualTo(new Incoming.Disconnect("/admin"));
    }

    @Test
    void anEvent_hasANameAndArguments_andMayWantAnAnswer() throws Exception {
        assertThat(decoder.text("2[\"foo\"]")).isEqualTo(event("/", "foo", null));
        assertThat(decoder.text("2/admin,[\"bar\",1,\"\u00fc\"]")).isEqualTo(event("/admin", "bar", null, 1, "\u00fc"));
        assertThat(decoder.text("212[\"foo\"]")).isEqualTo(event("/", "foo", 12L));
        assertThat(decoder.text("2/admin,0[\"foo\",null]")).isEqualTo(event("/admin", "foo", 0L, (Object) null));
        assertThat(decoder.text("2999999999999999[\"foo\"]")).isEqualTo(event("/", "foo", 999999999999999L));
        assertThat(decoder.text("2 [ \"foo\" , [ ] , { } ] ")).isEqualTo(event("/", "foo", null, List.of(), Map.of()));
    }

    @Test
    void anAcknowledgement_hasANumberAndArguments() throws Exception {
        assertThat(decoder.text("3/admin,13[\"bar\"]")).isEqualTo(new Incoming.Ack("/admin", 13, List.of("bar")));
        assertThat(decoder.text("30[]")).isEqualTo(new Incoming.Ack("/", 0, List.of()));
    }

    @Test
    void binaryParts_followTheirPacket_inOrder_whereverTheirPlaceholdersAre() throws Exception {
        assertThat(
                        decoder.text(
                                "52-/admin,[\"baz\",{\"_placeholder\":true,\"num\":1},{\"a\":[{\"_placeholder\":true,\"num\":0}]}]"))
                .isNull();
        assertThat(decoder.binary(bytes(1, 2))).isNull();
        assertThat(decoder.binary(bytes(3, 4)))
                .isEqualTo(event("/admin", "baz", null, bytes(3, 4), Map.of("a", List.of(bytes(1, 2)))));

        assertThat(decoder.text("61-15[\"bar\",{\"_placeholder\":true,\"num\":0}]"))
                .isNull();
        assertThat(decoder.binary(bytes(1, 2, 3, 4)))
                .isEqualTo(new Incoming.Ack("/", 15, List.of("bar", bytes(1, 2, 3, 4))));

        assertThat(decoder.text("51-7[\"again\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":0}]"))
                .isNull();
        assertThat(decoder.binary(bytes(9))).isEqualTo(event("/", "again", 7L, bytes(9), bytes(9)));
    }

    @Test
    void aBinaryEventWithoutAttachments_isAnEvent() throws Exception {
        assertThat(decoder.text("50-[\"foo\"]")).isEqualTo(event("/", "foo", null));
    }

    @Test
    void whatLooksLikeAPlaceholder_isData_whereNothingIsAttached() throws Exception {
        assertThat(decoder.text("2[\"foo\",{\"_placeholder\":true,\"num\":0}]"))
                .isEqualTo(event("/", "foo", null, Map.of("_placeholder", true, "num", 0)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // of no type that a client may send
                "",
                "4",
                "4{\"message\":\"no\"}",
                "7[\"foo\"]",
                "9",
                "abc",
                "/",
                "-",
                "\u00b2[\"foo\"]",
                // data that is none
                "2",
                "2[",
                "2[]",
                "2{}",
                "2\"foo\"",
                "2[\"foo\"",
                "2[\"foo\"]]",
                "2[\"foo\"],",
                "2[\"foo\"][\"bar\"]",
                "2null",
                "2[foo]",
                "2['foo']",
                "2/admin",
                "2/admin[\"foo\"]",
                "2,[\"foo\"]",
                "2[\"foo\",NaN]",
                "2[\"foo\",01]",
                "2[\"\\ud83\"]",
                // an event without a name, or with one that is not for clients
                "2[1]",
                "2[null]",
                "2[[\"foo\"]]",
                "2[{\"a\":1}]",
                "2[\"connect\"]",
                "2[\"connect_error\"]",
                "2[\"disconnect\"]",
                "2[\"disconnecting\"]",
                "2[\"newListener\"]",
                "2[\"removeListener\"]",
                // a connect or a disconnect with what it must not have
                "0[]",
                "0\"text\"",
                "0null",
                "0{",
                "0{}{}",
                "0{\"a\":1",
                "1{}",
                "1[]",
                "1/admin,x",
                // numbers that are none
                "3[]",
                "3[\"foo\"]",
                "3abc[]",
                "3-1[]",
                "31.5[]",
                "32",
                "21000000000000000[\"foo\"]",
                "2-1[\"foo\"]",
                // attachments
                "5[\"foo\"]",
                "5-[\"foo\"]",
                "5x-[\"foo\"]",
                "5-1-[\"foo\"]",
                "54-[\"foo\"]",
                "599999999999999999999-[\"foo\"]",
                "5/admin,1-[\"foo\"]",
                "6-1[]",
                "51",
                "50-",
                "5"
            })
    void whatIsNoPacketOfAClient_isMalformed(String packet) {
        assertThatThrownBy(() -> decoder.text(packet)).isInstanceOf(MalformedPacketException.class);
    }

    @Test
    void aTextInThePlaceOfAnAttachment_isMalformed() throws Exception {
        decoder.text("51-[\"foo\",{\"_placeholder\":true,\"num\":0}]");

        assertThatThrownBy(() -> decoder.text("2[\"foo\"]")).isInstanceOf(MalformedPacketException.class);
    }

    @Test
    void anAttachmentThatBelongsToNothing_isMalformed() {
        assertThatThrownBy(() -> decoder.binary(bytes(1))).isInstanceOf(MalformedPacketException.class);
    }

    @Test
    void anAttachmentTooMany_isMalformed() throws Exception {
        decoder.text("51-[\"foo\",{\"_placeholder\":true,\"num\":0}]");
        decoder.binary(bytes(1));

        assertThatThrownBy(() -> decoder.binary(bytes(2))).isInstanceOf(MalformedPacketException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "-1", "\"0\"", "null", "0.5", "4294967296", "{}"})
    void aPlaceholderOfNoAttachment_isMalformed(String number) throws Exception {
        decoder.text("51-[\"foo\",{\"_placeholder\":true,\"num\":" + number + "}]");

        assertThatThrownBy(() -> decoder.binary(bytes(1))).isInstanceOf(MalformedPacketException.class);
    }

    @Test
    void attachmentsThatAreTooLargeTogether_areMalformed() throws Exception {
        decoder.text("52-[\"foo\"]");
        decoder.binary(ByteBuffer.allocate(100));

        assertThatThrownBy(() -> decoder.binary(bytes(1))).isInstanceOf(MalformedPacketException.class);
    }

    @Test
    void theSizeOfAttachments_isThatOfOnePacket() throws Exception {
        for (int i = 0; i < 5; i++) {
            decoder.text("51-[\"foo\"]");
            assertThat(decoder.binary(ByteBuffer.allocate(100))).isEqualTo(event("/", "foo", null));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2_000, 200_000})
    void dataThatIsNestedWithoutEnd_isMalformed_andNoStackOverflows(int depth) {
        assertThatThrownBy(() -> decoder.text("2[\"foo\"," + "[".repeat(depth) + "]".repeat(depth) + "]"))
                .isInstanceOf(MalformedPacketException.class);
        assertThatThrownBy(() -> decoder.text("2[\"foo\"," + "{\"a\":".repeat(depth) + "1" + "}".repeat(depth) + "]"))
                .isInstanceOf(MalformedPacketException.class);
        assertThatThrownBy(() -> decoder.text("2" + "[".repeat(depth))).isInstanceOf(MalformedPacketException.class);
    }

    @Test
    void aNumberWithoutEnd_isMalformed_orANumber_soon() {
        assertThatThrownBy(() -> decoder.text("2[\"foo\"," + "9".repeat(100_000) + "]"))
                .isInstanceOf(MalformedPacketException.class);
    }

    @Test
    void whatIsWritten_hasPlaceholdersForWhatIsBinary_andCopiesOfIt() {
        byte[] first = {1, 2};
        ByteBuffer second = bytes(3, 4, 5);
        second.position(1);
        Json.Written written = Json.write(Arrays.asList(
                "foo", first, Map.of("deep", List.of(second)), new Object[] {null, 1L}, new byte[0], true));
        first[0] = 9;
        second.put(1, (byte) 9);

        assertThat(written.text())
                .isEqualTo("[\"foo\",{\"_placeholder\":true,\"num\":0},{\"deep\":[{\"_placeholder\":true,\"num\":1}]},"
                        + "[null,1],{\"_placeholder\":true,\"num\":2},true]");
        assertThat(written.attachments()).containsExactly(bytes(1, 2), bytes(4, 5), bytes());
        assertThat(written.size()).isEqualTo(written.text().length() + 4);
        assertThat(second.remaining()).isEqualTo(2);
    }

    record Offer(String title, int cents, @Nullable String note) {}

    @Test
    void recordsAndNulls_areWrittenAsTheyAre() throws Exception {
        assertThat(Json.write(Arrays.asList("offer", new Offer("Caf\u00e9", 250, null)))
                        .text())
                .isEqualTo("[\"offer\",{\"title\":\"Caf\u00e9\",\"cents\":250,\"note\":null}]");
        assertThat(Json.write(List.of("\u20ac")).size()).isEqualTo(7);
        Incoming.Event event =
                (Incoming.Event) decoder.text("2[\"offer\",{\"title\":\"Tea\",\"cents\":3,\"note\":\"x\"}]");
        assertThat(new Arguments(event.arguments()).as(0, Offer.class)).isEqualTo(new Offer("Tea", 3, "x"));
    }

    @Test
    void whatCannotBeWritten_isRefused() {
        assertThatThrownBy(() -> Json.write(List.of("foo", new Object() {
                    public int getBroken() {
                        throw new IllegalStateException("wanted by the test");
                    }
                })))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void arguments_areWhatTheyAreAskedFor_orRefused() throws Exception {
        Incoming.Event event =
                (Incoming.Event) decoder.text("2[\"foo\",\"text\",1.5,true,{\"a\":1},[1,\"b\"],null,9007199254740993]");
        Arguments arguments = new Arguments(event.arguments());

        assertThat(arguments.size()).isEqualTo(7);
        assertThat(arguments.text(0)).isEqualTo("text");
        assertThat(arguments.number(1).doubleValue()).isEqualTo(1.5);
        assertThat(arguments.flag(2)).isTrue();
        assertThat(arguments.object(3)).isEqualTo(Map.of("a", 1));
        assertThat(arguments.list(4)).isEqualTo(List.of(1, "b"));
        assertThat(arguments.get(5)).isNull();
        assertThat(arguments.number(6)).isEqualTo(9007199254740993L);
        assertThat(arguments.get(99)).isNull();
        assertThatThrownBy(() -> arguments.text(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("argument 1 of 7 is no text");
        assertThatThrownBy(() -> arguments.number(99)).hasMessage("argument 99 of 7 is no number");
        assertThatThrownBy(() -> arguments.flag(0)).hasMessage("argument 0 of 7 is no boolean");
        assertThatThrownBy(() -> arguments.binary(5)).hasMessage("argument 5 of 7 is no binary");
        assertThatThrownBy(() -> arguments.object(4)).hasMessage("argument 4 of 7 is no object");
        assertThatThrownBy(() -> arguments.list(3)).hasMessage("argument 3 of 7 is no list");
        assertThatThrownBy(() -> arguments.as(0, Offer.class)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> arguments.get(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void packetsOfTheServer_haveTheSizeOfTheirText() {
        Json.Written plain = Json.write(List.of("foo"));
        Json.Written binary = Json.write(List.of("foo", new byte[] {1, 2, 3}));

        // The text of each begins with the 4 of Engine.IO.
        assertThat(Encoder.event("/", plain, null, null))
                .singleElement()
                .satisfies(p -> assertThat(p.size()).isEqualTo("42[\"foo\"]".length()));
        assertThat(Encoder.event("/admin", plain, "a.b", null))
                .singleElement()
                .satisfies(p -> assertThat(p.size()).isEqualTo("42/admin,[\"foo\",\"a.b\"]".length()));
        assertThat(Encoder.event("/", binary, "a.b", 7L))
                .hasSize(2)
                .last()
                .satisfies(p -> assertThat(p.size()).isEqualTo(3));
        assertThat(Encoder.ack("/", 12, Json.write(Collections.emptyList())))
                .singleElement()
                .satisfies(p -> assertThat(p.size()).isEqualTo("4312[]".length()));
    }
}
