package org.flowstream.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.flowstream.model.PortName;

/**
 * The other end of a veth, wherever it is: in this namespace, in a named one or in that of a process. What it sends
 * without finishing it reaches the switch unfinished.
 *
 * @param name in its own namespace
 * @param unfinished features that are on there and leave checksums or segments unfinished
 * @param cure the command that would switch them off, to be run by whoever owns that end
 */
public record FarEnd(String name, List<String> unfinished, String cure) {
    private static final int MOST_NAMESPACES = 256;

    public FarEnd {
        unfinished = List.copyOf(unfinished);
    }

    /** Of a veth; empty for other interfaces, and where the other end's namespace cannot be reached. */
    public static Optional<FarEnd> of(PortName name) {
        return Links.find(name).filter(link -> link.kind().equals("veth")).flatMap(FarEnd::of);
    }

    private static Optional<FarEnd> of(Link link) {
        if (link.peerIndex().isEmpty()) {
            return Optional.empty();
        }
        List<Tool> places = link.peerNamespace().isEmpty()
                ? List.of(Tool.HERE)
                : places(link.peerNamespace().getAsInt());
        for (Tool place : places) {
            Optional<Link> far = far(place, link);
            if (far.isPresent()) {
                return Optional.of(look(place, far.get().name()));
            }
        }
        return Optional.empty();
    }

    private static Optional<Link> far(Tool place, Link near) {
        try {
            return Links.all(place).stream()
                    .filter(link -> link.kind().equals("veth")
                            && link.index() == near.peerIndex().getAsInt()
                            && link.peerIndex().equals(OptionalInt.of(near.index())))
                    .findFirst();
        } catch (HostException e) {
            // The process, and with it perhaps its namespace, has gone meanwhile: the other end is not there.
            return Optional.empty();
        }
    }

    private static FarEnd look(Tool place, String name) {
        Set<String> on = Offloads.on(place, name);
        List<String> unfinished =
                Offloads.UNFINISHED.stream().filter(on::contains).toList();
        return new FarEnd(name, unfinished, place.line("ethtool", "-K", name, "tx", "off", "tso", "off", "gso", "off"));
    }

    /** Ways into each other network namespace: by name first, which reads better in a cure. */
    private static List<Tool> places(int kernelNumber) {
        List<Tool> places = new ArrayList<>();
        Tool.HERE.json("ip", "-json", "netns", "list").forEach(each -> {
            if (each.path("id").asInt(kernelNumber) == kernelNumber) {
                places.add(Tool.inNamed(each.path("name").asText()));
            }
        });
        Set<String> seen = new HashSet<>();
        namespace(ProcessHandle.current().pid()).ifPresent(seen::add);
        try (Stream<ProcessHandle> processes = ProcessHandle.allProcesses()) {
            processes
                    .filter(process ->
                            namespace(process.pid()).filter(seen::add).isPresent())
                    .limit(MOST_NAMESPACES)
                    .forEach(process -> places.add(Tool.ofProcess(process.pid())));
        }
        return places;
    }

    /** The identity of a process's network namespace; empty once it has gone. */
    private static Optional<String> namespace(long pid) {
        Path link = Path.of("/proc/" + pid + "/ns/net");
        try {
            return Files.isSymbolicLink(link)
                    ? Optional.of(Files.readSymbolicLink(link).toString())
                    : Optional.empty();
        } catch (FileSystemException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
