package org.flowstream.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Middleboxes as a table that is looked at again and again: the busiest first, and what grew since the last look. */
final class TopView {
    private Map<String, Long> droppedBefore = new HashMap<>();
    private long nanosBefore;

    /** What rows are sorted by. */
    enum Order {
        packets,
        cpu,
        drops,
        name;

        private double measure(Row row) {
            return switch (this) {
                case packets -> row.packets;
                case cpu -> row.cpu;
                case drops -> row.dropRate < 0 ? row.dropped : row.dropRate;
                case name -> 0;
            };
        }
    }

    /**
     * One middlebox.
     *
     * @param packets received and sent in a second
     * @param dropRate packets in a second; -1 while it is not known
     * @param cpu percent of a processor; -1 where it is not known
     */
    private record Row(JsonNode box, double packets, long dropped, double dropRate, double cpu) {
        String name() {
            return box.path("name").asText();
        }
    }

    /** The table of a look, the highest first; equal ones by name. */
    Table table(JsonNode boxes, Order order, long nanos) {
        double seconds = (nanos - nanosBefore) / 1e9;
        Map<String, Long> dropped = new HashMap<>();
        List<Row> rows = new ArrayList<>();
        for (JsonNode box : boxes) {
            JsonNode counters = box.path("counters");
            // A machine that was started anew has another id, or counts from 0 again.
            String machine = box.path("machine").asText() + box.path("upSince").asText();
            long now = counters.path("dropped").asLong();
            dropped.put(machine, now);
            Long before = droppedBefore.get(machine);
            rows.add(new Row(
                    box,
                    counters.path("receivedRate").asDouble()
                            + counters.path("sentRate").asDouble(),
                    now,
                    before == null || now < before ? -1 : (now - before) / seconds,
                    box.path("cpuPercent").asDouble(-1)));
        }
        droppedBefore = dropped;
        nanosBefore = nanos;
        rows.sort(Comparator.comparingDouble((Row row) -> -order.measure(row)).thenComparing(Row::name));
        Table table = new Table(
                "NAME", "CHAIN", "STATE", "HEALTH", ">IN", ">OUT", ">DROPS", ">DROPPED", ">CPU", ">MEMORY", ">UP");
        rows.forEach(row -> add(table, row));
        return table;
    }

    private static void add(Table table, Row row) {
        JsonNode box = row.box;
        JsonNode counters = box.path("counters");
        boolean counts = counters.isObject();
        table.row(
                row.name(),
                box.path("chain").asText(),
                PsCommand.state(box),
                PsCommand.dots(box.path("health")),
                counts ? Quantities.packetRate(counters.path("receivedRate").asDouble()) : "-",
                counts ? Quantities.packetRate(counters.path("sentRate").asDouble()) : "-",
                row.dropRate < 0 ? "-" : Quantities.packetRate(row.dropRate),
                counts ? Quantities.count(row.dropped) : "-",
                row.cpu < 0 ? "-" : String.format(Locale.ROOT, "%.1f %%", row.cpu),
                box.hasNonNull("residentMib") ? box.path("residentMib").asText() + " MiB" : "-",
                PsCommand.up(box));
    }

    /** What all middleboxes are and do together, in one line. */
    static String summary(JsonNode boxes) {
        Map<String, Integer> states = new java.util.TreeMap<>();
        double received = 0;
        double sent = 0;
        double cpu = 0;
        for (JsonNode box : boxes) {
            states.merge(box.path("state").asText(), 1, Integer::sum);
            received += box.path("counters").path("receivedRate").asDouble();
            sent += box.path("counters").path("sentRate").asDouble();
            cpu += box.path("cpuPercent").asDouble();
        }
        List<String> words = new ArrayList<>();
        states.forEach((state, count) -> words.add(count + " " + state));
        return Quantities.counted(boxes.size(), "middlebox").replace("middleboxs", "middleboxes")
                + (words.isEmpty() ? "" : " (" + String.join(", ", words) + ")")
                + ", " + Quantities.packetRate(received) + " in, "
                + Quantities.packetRate(sent) + " out, "
                + String.format(Locale.ROOT, "%.1f %% CPU", cpu);
    }
}
