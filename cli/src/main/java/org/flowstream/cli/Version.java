package org.flowstream.cli;

import picocli.CommandLine.IVersionProvider;

/** The version of this program, as the build wrote it into the jar's manifest. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {"flowstream " + number()};
    }

    String number() {
        String version = Version.class.getPackage().getImplementationVersion();
        return version == null ? "(not packaged)" : version;
    }
}
