// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {GpuStatus} from "contracts/src/types/Types.sol";

/// @title GPU NFTs: each the digital twin of one physical GPU
/// @notice Bound to its GPU by `uuidHash = keccak256(bytes(lowercase uuid))`, the uuid as DCGM prints it.
interface IGpuNFT is IERC721 {
    /// @notice A GPU joined a pool. Emitted before the ERC-721 `Transfer` of the mint.
    event GpuMinted(
        uint256 indexed gpuId,
        uint256 indexed poolId,
        uint256 indexed operatorId,
        address owner,
        address contributor,
        bytes32 modelId,
        bytes32 uuidHash
    );
    /// @notice The GPU's status changed.
    event GpuStatusSet(uint256 indexed gpuId, GpuStatus status);

    /// @notice No such GPU.
    error GpuNFT_NoGpu(uint256 gpuId);
    /// @notice Another living GPU has this UUID.
    error GpuNFT_UuidTaken(bytes32 uuidHash, uint256 gpuId);
    /// @notice A UUID hash of zero binds to nothing.
    error GpuNFT_ZeroUuid();
    /// @notice `account` is neither the pool's operator nor a member in good standing.
    error GpuNFT_CannotContribute(uint256 operatorId, address account);
    /// @notice A self-pooled operator owns every GPU it runs.
    error GpuNFT_SelfPooledOnly(uint256 operatorId, address to);
    /// @notice `account` is neither the GPU's operator nor its contributor.
    error GpuNFT_NotCaretaker(uint256 gpuId, address account);
    /// @notice A retired GPU stays retired.
    error GpuNFT_Retired(uint256 gpuId);
    /// @notice The GPU has this status already.
    error GpuNFT_SameStatus(uint256 gpuId, GpuStatus status);
    /// @notice The market is set once.
    error GpuNFT_MarketSet(address market);

    /// @notice Mints the twin of one GPU into a pool. By the pool's operator or a member in good standing.
    /// @param poolId the pool it joins; the GPU's model is the pool's
    /// @param to its first owner
    /// @param uuidHash keccak256 of the lower-case UUID
    /// @return gpuId counted from 1
    function mint(uint256 poolId, address to, bytes32 uuidHash) external returns (uint256 gpuId);

    /// @notice Sets a GPU's status. By its operator or its contributor. Leaving ACTIVE ends the running rental.
    function setStatus(uint256 gpuId, GpuStatus status) external;

    /// @notice Names the market, once and for all. By the access manager's admin.
    function setMarket(address market) external;

    /// @notice The contract told when a GPU leaves ACTIVE; zero before it is named.
    function market() external view returns (address);

    /// @notice The GPU's status.
    function statusOf(uint256 gpuId) external view returns (GpuStatus);

    /// @notice The pool the GPU is in.
    function poolOf(uint256 gpuId) external view returns (uint256 poolId);

    /// @notice The operator of the GPU's pool.
    function operatorOf(uint256 gpuId) external view returns (uint256 operatorId);

    /// @notice Who brought the GPU.
    function contributorOf(uint256 gpuId) external view returns (address);

    /// @notice The living GPU with this UUID hash, or 0.
    function gpuOf(bytes32 uuidHash) external view returns (uint256 gpuId);
}
