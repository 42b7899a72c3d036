package org.flowstream.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.flowstream.doctor.Cure;
import org.flowstream.doctor.Doctor;
import org.flowstream.doctor.Finding;
import org.flowstream.doctor.Finding.Severity;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code flowstream doctor}: what ails this host, the cure, and the cure's side effects; one cure when it is asked. */
@Command(
        name = "doctor",
        description = "Looks for what keeps middleboxes from working on this host, and names the cures.",
        footer = {
            "",
            "It exits with 1 when there is a fault. It changes nothing without --fix.",
            "",
            "Example:",
            "  flowstream doctor --fix kvm"
        })
final class DoctorCommand extends LocalCommand {
    @Mixin
    private OutputOption output;

    @Option(
            names = "--fix",
            paramLabel = "ID",
            description = "Carry out the cure of this finding, after asking; ID is the first word of its line.")
    private @Nullable String fix;

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask.")
    private boolean yes;

    @Override
    public Integer call() throws IOException {
        Map<String, String> environment = System.getenv();
        Doctor doctor = Doctor.ofHost(
                environment.getOrDefault("FLOWSTREAM_LIBVIRT", "qemu:///system"),
                environment.getOrDefault("FLOWSTREAM_OVSDB", "unix:/var/run/openvswitch/db.sock"));
        List<Finding> findings = doctor.look();
        String wanted = fix;
        if (wanted != null) {
            return cure(findings, wanted);
        }
        out().print(output.json() ? json(findings) : text(findings));
        return findings.stream().anyMatch(finding -> finding.severity() == Severity.FAULT) ? 1 : 0;
    }

    private int cure(List<Finding> findings, String wanted) throws IOException {
        List<Finding> meant =
                findings.stream().filter(finding -> finding.id().equals(wanted)).toList();
        if (meant.isEmpty()) {
            throw CommandFailure.usage("there is no finding '" + wanted + "'; there are "
                    + findings.stream().map(Finding::id).collect(Collectors.toCollection(TreeSet::new)));
        }
        List<Cure> cures =
                meant.stream().flatMap(finding -> finding.cure().stream()).toList();
        if (cures.isEmpty()) {
            out().println("Nothing to cure: " + meant.get(0).text());
            return 0;
        }
        for (Cure cure : cures) {
            if (!cure.automatic()) {
                throw new CommandFailure("this has to be done by hand: " + cure.text());
            }
            out().println("run:    " + cure.text());
            out().println("effect: " + cure.effect());
            out().flush();
            if (!yes && !agreed()) {
                throw new CommandFailure("nothing was done", "say yes, or give --yes");
            }
            Doctor.apply(cure);
            out().println("Done.");
        }
        return 0;
    }

    private boolean agreed() throws IOException {
        terminal().err().print("Do it? [y/N] ");
        terminal().err().flush();
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String answer = Objects.requireNonNullElse(in.readLine(), "").strip().toLowerCase(Locale.ROOT);
        return answer.equals("y") || answer.equals("yes");
    }

    private static String text(List<Finding> findings) {
        StringBuilder text = new StringBuilder();
        int width = findings.stream()
                .mapToInt(finding -> finding.id().length())
                .max()
                .orElse(0);
        String indent = " ".repeat(width + 5);
        for (Finding finding : findings) {
            text.append(' ')
                    .append(mark(finding.severity()))
                    .append(' ')
                    .append(finding.id())
                    .append(" ".repeat(width - finding.id().length() + 2))
                    .append(finding.text())
                    .append('\n');
            finding.cure()
                    .ifPresent(cure -> text.append(indent)
                            .append("cure: ")
                            .append(cure.text())
                            .append(cure.automatic() ? "     (flowstream doctor --fix " + finding.id() + ")" : "")
                            .append('\n')
                            .append(indent)
                            .append("effect: ")
                            .append(cure.effect())
                            .append('\n'));
        }
        return text.append(summary(findings)).append('\n').toString();
    }

    private static String summary(List<Finding> findings) {
        long faults = count(findings, Severity.FAULT);
        long warnings = count(findings, Severity.WARNING);
        if (faults + warnings == 0) {
            return "This host is well.";
        }
        return Quantities.counted(faults, "fault") + ", " + Quantities.counted(warnings, "warning") + ".";
    }

    private static long count(List<Finding> findings, Severity severity) {
        return findings.stream()
                .filter(finding -> finding.severity() == severity)
                .count();
    }

    private static String mark(Severity severity) {
        return switch (severity) {
            case OK -> "✓";
            case NOTE -> "·";
            case WARNING -> "!";
            case FAULT -> "✗";
        };
    }

    private static String json(List<Finding> findings) {
        ArrayNode all = new ObjectMapper().createArrayNode();
        for (Finding finding : findings) {
            ObjectNode one = all.addObject();
            one.put("id", finding.id());
            one.put("severity", finding.severity().name().toLowerCase(Locale.ROOT));
            one.put("text", finding.text());
            finding.cure().ifPresent(cure -> {
                ObjectNode node = one.putObject("cure");
                node.put("text", cure.text());
                node.put("automatic", cure.automatic());
                node.put("effect", cure.effect());
            });
        }
        return all.toPrettyString() + "\n";
    }
}
