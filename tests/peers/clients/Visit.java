import java.io.FileInputStream;
import java.io.IOException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** HttpsURLConnection with a PKCS#12 key store and JSSE's default key manager: URL TRUST.pem [STORE.p12 PASSWORD]. */
public class Visit {
    public static void main(String[] arguments) throws Exception {
        KeyManagerFactory identity = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        char[] password = arguments.length > 2 ? arguments[3].toCharArray() : new char[0];
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (FileInputStream file = arguments.length > 2 ? new FileInputStream(arguments[2]) : null) {
            keys.load(file, password);
        }
        identity.init(keys, password);

        KeyStore roots = KeyStore.getInstance("PKCS12");
        roots.load(null, null);
        try (FileInputStream file = new FileInputStream(arguments[1])) {
            roots.setCertificateEntry("root", CertificateFactory.getInstance("X.509").generateCertificate(file));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(roots);

        SSLContext tls = SSLContext.getInstance("TLS");
        tls.init(identity.getKeyManagers(), trust.getTrustManagers(), null);
        HttpsURLConnection connection = (HttpsURLConnection) new URL(arguments[0]).openConnection();
        connection.setSSLSocketFactory(tls.getSocketFactory());
        connection.setConnectTimeout(30_000);
        connection.setReadTimeout(30_000);
        try {
            System.out.println("HTTP " + connection.getResponseCode());
            var body = connection.getErrorStream() == null ? connection.getInputStream() : connection.getErrorStream();
            System.out.println(new String(body.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException failure) {
            for (Throwable each = failure; each != null; each = each.getCause()) {
                System.out.println(each);
            }
            System.exit(1);
        }
    }
}
