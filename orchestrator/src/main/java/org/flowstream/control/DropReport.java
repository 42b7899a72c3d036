package org.flowstream.control;

import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.flowstream.image.Manifest;
import org.flowstream.net.PacketText;
import org.jspecify.annotations.Nullable;

/**
 * What a middlebox has dropped, by element, reason and rule, as its {@code drops} handler tells, with the places and the
 * rules' texts from its image's manifest.
 */
public record DropReport(List<Row> rows) {
    private static final int COLUMNS = 7;
    private static final HexFormat HEX = HexFormat.of();

    public DropReport {
        rows = List.copyOf(rows);
    }

    /**
     * One line.
     *
     * @param element its name
     * @param file where the configuration declares it; empty when that is not known
     * @param line of that file, from 1; 0 when not known
     * @param reason a fixed word
     * @param ruleOrNull the rule's number from 0, where a rule was the reason
     * @param ruleText the rule; empty when not known
     * @param packets how many
     * @param latest when the latest one was dropped
     * @param length of the latest one, bytes
     * @param head its first 64 bytes, hex
     */
    public record Row(
            String element,
            String file,
            int line,
            String reason,
            @Nullable Integer ruleOrNull,
            String ruleText,
            long packets,
            Instant latest,
            int length,
            String head) {
        public Optional<Integer> rule() {
            return Optional.ofNullable(ruleOrNull);
        }

        private Row with(String rule) {
            return new Row(element, file, line, reason, ruleOrNull, rule, packets, latest, length, head);
        }

        /** The latest packet in words. */
        public String packet() {
            return head.isEmpty() ? "" : PacketText.of(HEX.parseHex(head));
        }
    }

    /**
     * Reads the handler's text.
     *
     * @throws IllegalArgumentException naming the line that is not one
     */
    public static DropReport parse(String text, Manifest manifest) {
        Map<String, Manifest.Element> elements = manifest.elements().stream()
                .collect(Collectors.toMap(Manifest.Element::name, element -> element, (first, second) -> first));
        return new DropReport(text.lines()
                .filter(line -> !line.isBlank())
                .map(line -> row(line, elements))
                .toList());
    }

    /** The names of the elements that dropped packets by a rule. */
    public Set<String> filters() {
        return rows.stream()
                .filter(row -> row.ruleOrNull != null)
                .map(Row::element)
                .collect(Collectors.toSet());
    }

    /** With the texts of the rules that elements have now, where those are known, in place of the manifest's. */
    public DropReport with(Map<String, List<String>> rules) {
        return new DropReport(rows.stream()
                .map(row -> row.ruleOrNull == null || !rules.containsKey(row.element())
                        ? row
                        : row.with(text(rules.get(row.element()), row.ruleOrNull)))
                .toList());
    }

    private static String text(List<String> rules, int rule) {
        return rule < rules.size() ? rules.get(rule) : "";
    }

    /** All packets dropped. */
    public long total() {
        return rows.stream().mapToLong(Row::packets).sum();
    }

    private static Row row(String line, Map<String, Manifest.Element> elements) {
        String[] columns = line.split("\t", -1);
        if (columns.length != COLUMNS) {
            throw new IllegalArgumentException(
                    "a line of drops has " + columns.length + " columns, not " + COLUMNS + ": " + line);
        }
        Manifest.@Nullable Element element = elements.get(columns[0]);
        Integer rule = columns[2].equals("-") ? null : Integer.valueOf(columns[2]);
        long nanoseconds = Long.parseLong(columns[4]);
        return new Row(
                columns[0],
                element == null ? "" : element.file(),
                element == null ? 0 : element.line(),
                columns[1],
                rule,
                element == null || rule == null ? "" : text(element.rules(), rule),
                Long.parseLong(columns[3]),
                Instant.ofEpochSecond(nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000),
                Integer.parseInt(columns[5]),
                columns[6]);
    }
}
