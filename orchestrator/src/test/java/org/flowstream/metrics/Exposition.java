package org.flowstream.metrics;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A strict reader of Prometheus' text format 0.0.4, written from its specification: every line is a HELP, a TYPE or a
 * sample; lines of one family stand together, HELP and TYPE before its samples and once; no sample occurs twice;
 * histograms have rising buckets, the last of which is +Inf and equals the count.
 */
final class Exposition {
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)})? (\\S+)");
    private static final Pattern LABEL =
            Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\n]|\\\\[\\\\n\"])*)\"(,|$)");

    private final Map<String, String> types = new LinkedHashMap<>();
    private final Map<String, Double> samples = new LinkedHashMap<>();

    private Exposition() {}

    static Exposition read(String text) {
        Exposition exposition = new Exposition();
        Set<String> closed = new HashSet<>();
        Set<String> helped = new HashSet<>();
        String family = "";
        if (!text.endsWith("\n")) {
            throw new AssertionError("the last line has no end");
        }
        for (String line : text.lines().toList()) {
            if (line.startsWith("# HELP ") || line.startsWith("# TYPE ")) {
                String[] words = line.split(" ", 4);
                if (!words[2].equals(family)) {
                    if (!closed.add(words[2])) {
                        throw new AssertionError("family " + words[2] + " stands in two places");
                    }
                    family = words[2];
                }
                boolean fresh = line.startsWith("# HELP ")
                        ? helped.add(family)
                        : exposition.types.put(family, words[3]) == null;
                if (!fresh || words.length < 4) {
                    throw new AssertionError("a second or empty comment: " + line);
                }
            } else {
                exposition.sample(line, family);
            }
        }
        if (!helped.equals(exposition.types.keySet())) {
            throw new AssertionError("HELP of " + helped + " but TYPE of " + exposition.types.keySet());
        }
        exposition.checkHistograms();
        return exposition;
    }

    private void sample(String line, String family) {
        Matcher sample = SAMPLE.matcher(line);
        if (!sample.matches()) {
            throw new AssertionError("not a sample: " + line);
        }
        String name = sample.group(1);
        boolean histogram = "histogram".equals(types.get(family));
        boolean belongs = histogram
                ? List.of("_bucket", "_sum", "_count")
                        .contains(name.substring(Math.min(family.length(), name.length())))
                : name.equals(family);
        if (!belongs || !name.startsWith(family)) {
            throw new AssertionError(line + " stands under " + family);
        }
        Map<String, String> labels = new TreeMap<>();
        String list = sample.group(2) == null ? "" : sample.group(2);
        Matcher label = LABEL.matcher(list);
        int end = 0;
        while (label.find()) {
            if (label.start() != end || labels.put(label.group(1), label.group(2)) != null) {
                throw new AssertionError("labels of " + line);
            }
            end = label.end();
        }
        if (end != list.length()) {
            throw new AssertionError("labels of " + line + " from " + end);
        }
        String value = sample.group(3).replace("+Inf", "Infinity");
        if (samples.put(name + labels, Double.parseDouble(value)) != null) {
            throw new AssertionError("twice: " + line);
        }
    }

    private void checkHistograms() {
        Map<String, List<Double>> buckets = new LinkedHashMap<>();
        samples.forEach((key, value) -> {
            if (key.contains("_bucket{")) {
                String all = key.replaceAll("le=[^,}]*(, )?", "").replaceAll(", }", "}");
                buckets.computeIfAbsent(all, each -> new ArrayList<>()).add(value);
            }
        });
        buckets.forEach((key, counts) -> {
            List<Double> sorted = counts.stream().sorted().toList();
            double last = counts.get(counts.size() - 1);
            Double count = samples.get(key.replace("_bucket{", "_count{"));
            if (!sorted.equals(counts) || count == null || count != last) {
                throw new AssertionError(key + " has the buckets " + counts + " and the count " + count);
            }
        });
    }

    /** A sample's value, by its name and its labels in the order of their names: {@code name{a=1, b=2}}. */
    double value(String key) {
        Double value = samples.get(key);
        if (value == null) {
            throw new AssertionError("there is no " + key + " among " + samples.keySet());
        }
        return value;
    }

    Set<String> keys() {
        return samples.keySet();
    }

    Map<String, String> types() {
        return types;
    }
}
