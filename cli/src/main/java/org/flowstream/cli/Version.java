package org.flowstream.cli;

import picocli.CommandLine.IVersionProvider;

/** The version of this program, as the build wrote it into the jar's manifest. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String version = Version.class.getPackage().getImplementationVersion();
        return new String[] {"flowstream " + (version == null ? "(not packaged)" : version)};
    }
}
