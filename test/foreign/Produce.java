import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Publishes messages with the Java client. It reads the format of produce.py and prints the number of
 * messages that were delivered to each partition, as JSON. It runs from its source: java -cp 'jars/*' Produce.java BROKERS TOPIC
 */
public class Produce {
  private static final Map<Integer, Integer> partitions = new TreeMap<>();

  public static void main(String[] args) throws Exception {
    List<String[]> group = new ArrayList<>();
    try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] fields = line.split("\t", -1);
        if (!group.isEmpty() && !isAlike(group.get(0), fields)) publish(args[0], args[1], group);
        group.add(fields);
      }
    }
    if (!group.isEmpty()) publish(args[0], args[1], group);
    List<String> counts = new ArrayList<>();
    partitions.forEach((partition, count) -> counts.add("\"" + partition + "\":" + count));
    System.out.println("{" + String.join(",", counts) + "}");
  }

  private static boolean isAlike(String[] one, String[] other) {
    return one[0].equals(other[0]) && one[1].equals(other[1]);
  }

  private static void publish(String brokers, String topic, List<String[]> group) throws Exception {
    String transaction = group.get(0)[1];
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings(brokers, group.get(0)[0], transaction))) {
      if (!transaction.equals("plain")) {
        producer.initTransactions();
        producer.beginTransaction();
      }
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (String[] fields : group) {
        ProducerRecord<byte[], byte[]> message = new ProducerRecord<>(topic, field(fields[2]), field(fields[3]));
        for (int at = 4; at + 1 < fields.length; at += 2) message.headers().add(fields[at], field(fields[at + 1]));
        sent.add(producer.send(message));
      }
      producer.flush();
      for (Future<RecordMetadata> one : sent) partitions.merge(one.get().partition(), 1, Integer::sum);
      if (transaction.equals("commit")) producer.commitTransaction();
      if (transaction.equals("abort")) producer.abortTransaction();
    }
    group.clear();
  }

  private static Properties settings(String brokers, String codec, String transaction) {
    Properties own = new Properties();
    own.put("bootstrap.servers", brokers);
    own.put("client.id", "foreign-java");
    own.put("compression.type", codec);
    own.put("linger.ms", "100");
    own.put("batch.size", "200000");
    own.put("enable.idempotence", "true");
    own.put("key.serializer", ByteArraySerializer.class.getName());
    own.put("value.serializer", ByteArraySerializer.class.getName());
    if (!transaction.equals("plain")) own.put("transactional.id", "foreign-" + UUID.randomUUID());
    return own;
  }

  private static byte[] field(String text) {
    return text.equals("-") ? null : Base64.getDecoder().decode(text);
  }
}
