package org.flowstream.lowering;

import java.util.List;
import java.util.Optional;
import org.flowstream.click.ConfigStrings;
import org.flowstream.click.ConfigText;

/**
 * {@code address-info} and {@code port-info}: names for addresses and ports, which {@link AddressNames} puts in where they are
 * used; the runtime needs none of it.
 */
record NamesLowering(String type) implements Lowering {
    @Override
    public Optional<Value> lower(Given given) {
        for (ConfigText item : given.items()) {
            List<ConfigText> words = ConfigStrings.words(item);
            if (words.isEmpty()) {
                continue;
            }
            if (type.equals(AddressNames.PORTS)) {
                checkPort(given, item, words);
            } else if (words.size() < 2) {
                given.reporter().report(item, "expected 'NAME [ADDRS]'");
            } else {
                checkAddresses(given, words);
            }
        }
        return Optional.empty();
    }

    private static void checkPort(Given given, ConfigText item, List<ConfigText> words) {
        boolean comment = words.get(0).text().startsWith("#");
        if (!comment && (words.size() < 2 || !AddressNames.isPort(words.get(1).text()))) {
            given.reporter().report(item, "expected 'NAME PORT/PROTO', got '" + item.text() + "'");
        }
    }

    private static void checkAddresses(Given given, List<ConfigText> words) {
        for (ConfigText word : words.subList(1, words.size())) {
            if (AddressNames.addresses(word.text()).isEmpty()) {
                given.reporter()
                        .report(
                                word,
                                "\"" + words.get(0).text() + "\" '" + word.text() + "' is not a recognizable address");
            }
        }
    }
}
