import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Exits with 0 if the service in this container is ready, otherwise with 1. By a bare socket, which is soon loaded. */
final class HealthCheck {
    private static final int PATIENCE_MILLIS = 2000;

    private HealthCheck() {}

    public static void main(String[] arguments) {
        String port = System.getenv("QUIESCE_ADMIN_PORT");
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            InetSocketAddress management = new InetSocketAddress(
                    InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port == null ? 8081 : Integer.parseInt(port));
            socket.connect(management, PATIENCE_MILLIS);
            socket.getOutputStream()
                    .write("GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.ISO_8859_1));
            InputStream answer = socket.getInputStream();
            String status = new String(answer.readNBytes(12), StandardCharsets.ISO_8859_1);
            String all = new String(answer.readAllBytes(), StandardCharsets.ISO_8859_1);
            System.out.println(all.substring(all.lastIndexOf('\n', all.length() - 2) + 1).strip());
            System.exit(status.equals("HTTP/1.1 200") ? 0 : 1);
        } catch (IOException e) {
            System.out.println(e.getMessage());
            System.exit(1);
        }
    }
}
