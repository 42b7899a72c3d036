package org.flowstream.document;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.flowstream.model.DeviceMode;
import org.flowstream.model.DeviceWiring;
import org.flowstream.model.MiddleboxSpec;
import org.flowstream.model.Name;
import org.flowstream.model.WireEnd;
import org.flowstream.net.FlowMatch;
import org.flowstream.net.MatchField;
import org.flowstream.template.Template;
import org.flowstream.template.Translation;

/** What comes back at the far port of a chain: its flow, followed through all that translates, and reversed. */
public final class ReturnFlow {
    private static final int SIDES = 2;

    private ReturnFlow() {}

    /**
     * The return flow of wired middleboxes.
     *
     * @param images by the middlebox that is made from it
     */
    public static FlowMatch of(FlowMatch flow, List<MiddleboxSpec> middleboxes, Map<Name, BuiltImage> images) {
        FlowMatch seen = flow;
        Set<Name> passed = new HashSet<>();
        Optional<Entered> next = first(middleboxes);
        while (next.isPresent()
                && next.get().device() < SIDES
                && passed.add(next.get().middlebox().name())) {
            MiddleboxSpec middlebox = next.get().middlebox();
            if (middlebox.devices().size() < SIDES) {
                break;
            }
            DeviceWiring in = middlebox.devices().get(next.get().device());
            DeviceWiring out = middlebox.devices().get(1 - next.get().device());
            seen = through(seen, in, Optional.ofNullable(images.get(middlebox.name())));
            next = out.to() instanceof WireEnd.ToDevice to ? entered(middleboxes, to) : Optional.empty();
        }
        return seen.reversed();
    }

    /** A middlebox, and the device by which it is entered. */
    private record Entered(MiddleboxSpec middlebox, int device) {}

    private static Optional<Entered> first(List<MiddleboxSpec> middleboxes) {
        for (MiddleboxSpec middlebox : middleboxes) {
            for (int device = 0; device < middlebox.devices().size(); device++) {
                if (middlebox.devices().get(device).to() instanceof WireEnd.ToPort) {
                    return Optional.of(new Entered(middlebox, device));
                }
            }
        }
        return Optional.empty();
    }

    private static Optional<Entered> entered(List<MiddleboxSpec> middleboxes, WireEnd.ToDevice to) {
        return middleboxes.stream()
                .filter(it -> it.name().equals(to.middlebox()) && it.indexOf(to.device()) >= 0)
                .findFirst()
                .map(it -> new Entered(it, it.indexOf(to.device())));
    }

    private static FlowMatch through(FlowMatch flow, DeviceWiring in, Optional<BuiltImage> image) {
        // A box with addresses of its own sends from them.
        FlowMatch seen =
                in.mode() == DeviceMode.ADDRESSED ? flow.without(MatchField.ETH_SRC, MatchField.ETH_DST) : flow;
        List<Translation> translations =
                image.flatMap(BuiltImage::template).map(Template::translates).orElse(List.of());
        for (Translation translation : translations) {
            seen = translation.through(
                    seen, in.device(), image.orElseThrow().manifest().parameters());
        }
        return seen;
    }
}
