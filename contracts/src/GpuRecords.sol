// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC2981} from "@openzeppelin/contracts/interfaces/IERC2981.sol";
import {IERC4906} from "@openzeppelin/contracts/interfaces/IERC4906.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IGpuNFT} from "contracts/src/interfaces/IGpuNFT.sol";
import {IOperatorRegistry} from "contracts/src/interfaces/IOperatorRegistry.sol";
import {GpuMetadata} from "contracts/src/libraries/GpuMetadata.sol";
import {Outages} from "contracts/src/libraries/Outages.sol";
import {GpuStatus} from "contracts/src/types/Types.sol";

/// @title What is known of each GPU NFT, and how the tokens move; see {IGpuNFT}
abstract contract GpuRecords is IGpuNFT, ERC721, IERC2981, IERC4906 {
    using Outages for Outages.Hours;

    struct Gpu {
        // slot 0: all that a rental and a transfer ask for; 0 means no GPU, because mintedAt isn't
        uint32 transferCount;
        uint32 poolId;
        uint32 operatorId;
        GpuStatus status;
        /// in a pool of a self-pooled operator
        bool isSelfPooled;
        uint40 mintedAt;
        uint40 exitAt;
        /// when it left ACTIVE; 0 while it is ACTIVE
        uint40 offlineSince;
        // slot 1
        bytes32 uuidHash;
        // slot 2
        address contributor;
        // slot 3
        bytes32 modelId;
    }

    /// ERC-4906 has events only, so its id can't be computed
    bytes4 private constant ERC4906_ID = 0x49064906;

    /// where `isSelfPooled` begins in its word
    uint256 private constant SELF_POOLED_BIT = 104;

    IOperatorRegistry public immutable OPERATORS;
    /// the operator's part of a sale, by ERC-2981
    uint256 public immutable ROYALTY_BPS;

    mapping(uint256 gpuId => Gpu) internal _gpus;
    mapping(uint256 gpuId => Outages.Hours) internal _outages;
    /// @inheritdoc IGpuNFT
    mapping(bytes32 uuidHash => uint256 gpuId) public override gpuOf;

    constructor(IOperatorRegistry operators, uint16 royaltyBps) ERC721("Berkeley Compute GPU", "BCGPU") {
        OPERATORS = operators;
        ROYALTY_BPS = royaltyBps;
    }

    /// @inheritdoc IGpuNFT
    function stateOf(uint256 gpuId)
        external
        view
        returns (GpuStatus status, uint256 poolId, uint256 operatorId, uint64 exitAt)
    {
        Gpu storage gpu = _requireGpu(gpuId);
        return (gpu.status, gpu.poolId, gpu.operatorId, gpu.exitAt);
    }

    /// @inheritdoc IGpuNFT
    function statusOf(uint256 gpuId) external view returns (GpuStatus) {
        return _requireGpu(gpuId).status;
    }

    /// @inheritdoc IGpuNFT
    function offlineSince(uint256 gpuId) external view returns (uint64) {
        return _requireGpu(gpuId).offlineSince;
    }

    /// @inheritdoc IGpuNFT
    function poolOf(uint256 gpuId) external view returns (uint256 poolId) {
        return _requireGpu(gpuId).poolId;
    }

    /// @inheritdoc IGpuNFT
    function operatorOf(uint256 gpuId) external view returns (uint256 operatorId) {
        return _requireGpu(gpuId).operatorId;
    }

    /// @inheritdoc IGpuNFT
    function contributorOf(uint256 gpuId) external view returns (address) {
        return _requireGpu(gpuId).contributor;
    }

    /// @inheritdoc IGpuNFT
    function modelOf(uint256 gpuId) external view returns (bytes32 modelId) {
        return _requireGpu(gpuId).modelId;
    }

    /// @inheritdoc IGpuNFT
    function transferCount(uint256 gpuId) external view returns (uint256) {
        return _requireGpu(gpuId).transferCount;
    }

    /// @inheritdoc IGpuNFT
    function lostHours(uint256 gpuId, uint256 fromHour, uint256 toHour) external view returns (uint256 hourCount) {
        Gpu storage gpu = _requireGpu(gpuId);
        if (gpu.offlineSince != 0) {
            // marks of outages before this one reach its first hour at most
            uint256 downFrom = gpu.offlineSince / 1 hours;
            if (downFrom < fromHour) downFrom = fromHour;
            if (downFrom < toHour) (hourCount, toHour) = (toHour - downFrom, downFrom);
        }
        hourCount += _outages[gpuId].count(fromHour, toHour);
    }

    /// @notice ERC-2981: a part of each sale goes to where the operator is paid. None while the GPU is in no pool.
    function royaltyInfo(uint256 gpuId, uint256 salePrice) external view returns (address receiver, uint256 amount) {
        uint256 operatorId = _requireGpu(gpuId).operatorId;
        if (operatorId == 0) return (address(0), 0);
        return (OPERATORS.payoutOf(operatorId), salePrice * ROYALTY_BPS / 10_000);
    }

    /// @notice The GPU's description as a JSON data URI.
    function tokenURI(uint256 gpuId) public view override returns (string memory) {
        Gpu memory gpu = _requireGpu(gpuId);
        return GpuMetadata.toDataUri(gpuId, gpu.modelId, gpu.poolId, gpu.operatorId, gpu.status, gpu.uuidHash);
    }

    /// @notice ERC-165, with ERC-2981 and ERC-4906.
    function supportsInterface(bytes4 interfaceId) public view override(ERC721, IERC165) returns (bool) {
        return
            interfaceId == ERC4906_ID || interfaceId == type(IERC2981).interfaceId
                || super.supportsInterface(interfaceId);
    }

    /// @dev A listing dies when the token moves, by the count. Who sells a self-pooled GPU must take it out first, unless
    /// it follows the operator's token.
    function _update(address to, uint256 gpuId, address auth) internal override returns (address from) {
        from = super._update(to, gpuId, auth);
        if (from == address(0)) return from;
        Gpu storage gpu = _gpus[gpuId];
        if (_raiseCount(gpu) >> SELF_POOLED_BIT & 1 == 1) _requireSelf(gpu.operatorId, to);
    }

    /// @dev The count is the lowest field of its word: 2^32 moves would cost more gas than there is. By hand, because the
    /// compiler would load the word once more and mask it.
    /// @return word what the word was
    function _raiseCount(Gpu storage gpu) internal returns (uint256 word) {
        assembly ("memory-safe") {
            word := sload(gpu.slot)
            sstore(gpu.slot, add(word, 1))
        }
    }

    function _requireSelf(uint256 operatorId, address owner) internal view {
        if (OPERATORS.ownerOf(operatorId) != owner) revert GpuNFT_SelfPooledOnly(operatorId, owner);
    }

    function _requireGpu(uint256 gpuId) internal view returns (Gpu storage gpu) {
        gpu = _gpus[gpuId];
        if (gpu.mintedAt == 0) revert GpuNFT_NoGpu(gpuId);
    }

    function _requireLiving(uint256 gpuId) internal view returns (Gpu storage gpu) {
        gpu = _requireGpu(gpuId);
        if (gpu.status == GpuStatus.RETIRED) revert GpuNFT_Retired(gpuId);
    }
}
